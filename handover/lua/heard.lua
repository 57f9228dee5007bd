-- keys: / talk log
-- args: side shown
-- Any number of talks of one desk. `side` is the direction that was shown, `log` the channel of the end that saw it; `shown`
-- has for each talk who saw it (a slash: the visitor) and up to which number.
local function mark(talk, log, staff, seq)
  local fields = redis.call('HMGET', talk, 'state', 'staff', side .. '_seq', side .. '_heard')
  if not fields[1] or fields[1] == 'guided' then
    return {'gone'}
  end
  if staff ~= '/' and fields[2] ~= staff then
    return {'notyours'}
  end
  local last = math.min(tonumber(seq), tonumber(fields[3]))
  if last > tonumber(fields[4]) then
    local text = whole(last)
    redis.call('HSET', talk, side .. '_heard', text)
    redis.call('PUBLISH', log, 'h' .. text)
  end
  return {'done'}
end

local found = {}
for staff, seq in string.gmatch(shown, '(%S+) (%d+)') do
  local keys = each[#found + 1]
  found[#found + 1] = mark(keys.talk, keys.log, staff, seq)
end
return found
