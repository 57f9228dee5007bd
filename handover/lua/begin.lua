-- keys: talk down
-- args: staff device
-- An epoch begins with every claim and every opening of a desk: a page that lost its counters must not go on with them.
local fields = redis.call('HMGET', talk, 'state', 'staff', 'epoch', 'reader')
if not fields[1] then
  return {'gone'}
end
if fields[2] ~= staff then
  return {'notyours'}
end
local epoch = tonumber(fields[3] or 0)
local key = device:match('^[^.]*') -- the line's signature may be a newer one of the same device
if fields[4] ~= key then
  for earlier = 1, epoch do -- wrapped to another device: of no use any more
    redis.call('HDEL', talk, 'wrap' .. whole(earlier))
  end
end
redis.call('HSET', talk, 'epoch', whole(epoch + 1), 'device', device, 'reader', key)
redis.call('PUBLISH', down, 'd')
return {'done'}
