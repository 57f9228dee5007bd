-- keys: talk up down duty
-- args: staff up_after down_after
-- Both directions for the one who reads along, from the numbers at which that began.
local fields = redis.call('HMGET', talk, 'state', 'helper', 'help_from', 'epoch', 'help_up', 'help_down', 'pseudonym', 'briefing',
  'name', 'device', 'helper_device')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff or lapsed(duty, staff) then
  return {'notyours'}
end
local function log(key, after, least)
  return redis.call('XRANGE', key, '(' .. whole(math.max(tonumber(after), tonumber(least))) .. '-0', '+')
end
local wrapped = {}
for epoch = tonumber(fields[3]), tonumber(fields[4]) do
  local kept = redis.call('HGET', talk, 'also' .. whole(epoch))
  if kept then
    wrapped[#wrapped + 1] = {epoch, kept}
  end
end
return {'overheard', {fields[7], fields[8], fields[9], fields[10] or '', fields[11]}, tonumber(fields[4]), wrapped,
  log(up, up_after, fields[5]), log(down, down_after, fields[6])}
