-- keys: box
-- args: visitor last deadline kept down letters
-- What came up meanwhile and is not in the tables yet stays; one that is being erased stays so.
if redis.call('HGET', box, 'erasing') then
  return {'gone'}
end
local up = math.max(tonumber(redis.call('HGET', box, 'up') or 0), tonumber(kept))
redis.call('HSET', box, 'visitor', visitor, 'last', last, 'up', up, 'kept', kept, 'down', down)
for name, row in pairs(cjson.decode(letters)) do
  redis.call('HSET', box, name, row)
end
redis.call('PEXPIREAT', box, deadline)
return {'done'}
