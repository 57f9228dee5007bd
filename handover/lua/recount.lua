-- keys: talk down
-- args: staff seq
-- Accepted before a failover that forgot it: nobody knows whether the visitor has it.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'down_seq', 'unsure', 'epoch')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
local last, accepted = tonumber(fields[3]), tonumber(seq)
if accepted <= last or accepted > last + MOST_UNSURE then
  return {'done'}
end
local kept = {}
for number in string.gmatch(fields[4] or '', '%d+') do
  kept[#kept + 1] = number
end
for number = last + 1, accepted do
  kept[#kept + 1] = whole(number)
end
redis.call('HSET', talk, 'down_seq', whole(accepted), 'epoch', whole(tonumber(fields[5] or 0) + 1),
  'unsure', table.concat(kept, ' ', math.max(1, #kept - MOST_UNSURE + 1)))
redis.call('PUBLISH', down, 'd')
return {'done'}
