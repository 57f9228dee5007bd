-- keys: talk room held full urgent back
-- args: id claims mark epoch down
-- The visitor's end was told more than a failover left. Numbers never go back: a claim, an epoch and a message that come
-- now are newer than those that were forgotten.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'claims', 'holding', 'epoch', 'down_seq')
local state, own, holding = fields[1], tonumber(fields[3] or 0), fields[4]
if not state or state == 'guided' then
  return {'gone'}
end
local other = own == tonumber(claims) and holding and claim_mark(holding) ~= tonumber(mark)
local newest = math.max(own, tonumber(claims)) + (other and 1 or 0)
redis.call('HSET', talk, 'claims', whole(newest), 'down_seq', whole(math.max(tonumber(fields[6]), tonumber(down))),
  'epoch', whole(math.max(tonumber(fields[5] or 0), tonumber(epoch)) + 1))
if state == 'taken' and own < tonumber(claims) then
  give_back(id, talk, room, held, full, urgent, back, fields[2])
end
return {'done'}
