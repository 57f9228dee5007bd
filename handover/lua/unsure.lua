-- keys: talk log
-- args: seq
-- The visitor's end cannot tell whether this message of the person's arrived, and does not send it again. Kept with the
-- talk, so that whoever has it reads so after a reload, too.
local fields = redis.call('HMGET', talk, 'state', 'down_seq', 'unsure')
if not fields[1] or fields[1] == 'guided' then
  return {'gone'}
end
if tonumber(seq) < 1 or tonumber(seq) > tonumber(fields[2]) then
  return {'done'}
end
local kept = {}
for number in string.gmatch(fields[3] or '', '%d+') do
  if number ~= seq then
    kept[#kept + 1] = number
  end
end
kept[#kept + 1] = seq
redis.call('HSET', talk, 'unsure', table.concat(kept, ' ', math.max(1, #kept - MOST_UNSURE + 1)))
redis.call('PUBLISH', log, 'u' .. seq)
return {'done'}
