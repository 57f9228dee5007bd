-- keys: talk room asks
-- args: id staff name seconds
-- Help is needed now; 0 seconds end the call. One that is repeated keeps who is coming.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'call_until')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
local time = now()
if seconds == '0' then
  redis.call('HDEL', talk, 'call_until', 'call_by', 'call_name', 'call_coming')
else
  if tonumber(fields[3] or 0) <= time then
    redis.call('HDEL', talk, 'call_coming')
  end
  redis.call('HSET', talk, 'call_until', whole(time + seconds * 1000000), 'call_by', staff, 'call_name', name)
  list_ask(asks, id, time, seconds)
end
redis.call('PUBLISH', room, 'x')
return {'done'}
