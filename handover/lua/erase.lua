-- keys: post box
-- args: id
-- Frees before it adds: what was sealed is gone from here at once. The mark stays until the console has settled it.
if redis.call('EXISTS', box) == 0 then
  return {'gone'}
end
if not redis.call('HGET', box, 'erasing') then
  redis.call('DEL', box)
  redis.call('HSET', box, 'erasing', '1')
  redis.call('PEXPIRE', box, 86400000)
  redis.call('XADD', post, '*', 'box', id)
  redis.call('PEXPIRE', post, 86400000)
end
return {'done'}
