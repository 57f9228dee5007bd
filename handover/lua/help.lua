-- keys: talk down room duty asks
-- args: id staff device seconds
-- Who agreed reads along from now, after the visitor's yes: in the same step an epoch begins, whose key the visitor's end
-- gives to both devices. Once more by the same person: on another device.
local fields = redis.call('HMGET', talk, 'state', 'ask_kind', 'ask_to', 'ask_stage', 'ask_until', 'helper', 'helper_device',
  'epoch', 'up_seq', 'down_seq', 'ask_name')
if not fields[1] then
  return {'gone'}
end
if lapsed(duty, staff) then
  return {'notonduty'}
end
local time, epoch = now(), whole(tonumber(fields[8] or 0) + 1)
if fields[6] == staff then
  if fields[7]:match('^[^.]*') == device:match('^[^.]*') then
    return {'done'} -- the same device after a reload: it has its keys
  end
else
  local agreed = fields[1] == 'taken' and fields[2] == 'help' and fields[3] == staff and fields[4] == 'agreed'
  if fields[6] or not agreed or tonumber(fields[5]) <= time then
    return {'stale'}
  end
  redis.call('HSET', talk, 'helper', staff, 'helper_name', fields[11], 'help_from', epoch, 'help_up', fields[9] or 0,
    'help_down', fields[10] or 0, 'ask_stage', 'done')
end
redis.call('HSET', talk, 'helper_device', device, 'epoch', epoch)
list_ask(asks, id, time, seconds)
redis.call('PUBLISH', down, 'd')
redis.call('PUBLISH', talk, 'p')
redis.call('PUBLISH', room, 'x')
return {'done'}
