-- keys: batch
-- args: name
if redis.call('HGET', batch, '#') == name then
  redis.call('DEL', batch)
end
return {'done'}
