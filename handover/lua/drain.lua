-- keys: count batch
-- args: name
-- What was drained and not settled comes first: a console may have died between the two.
if redis.call('EXISTS', batch) == 0 then
  if redis.call('EXISTS', count) == 0 then
    return {}
  end
  redis.call('RENAME', count, batch)
  redis.call('HSET', batch, '#', name)
  redis.call('PEXPIRE', batch, 604800000)
end
return redis.call('HGETALL', batch)
