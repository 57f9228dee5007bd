-- keys: post box
-- args: entry number
-- `number` 0 settles an erasure, -1 a letter that was not kept.
redis.call('XDEL', post, entry)
if number == '0' then
  redis.call('DEL', box)
elseif tonumber(number) > 0 and redis.call('HGET', box, 'up') then
  redis.call('HSET', box, 'kept', number)
end
return {'done'}
