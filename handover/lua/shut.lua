-- keys: shut room
-- args: reason
-- Without an end of its own: a desk that opened by itself would be open and nobody would know.
if reason == '' then
  redis.call('DEL', shut)
else
  redis.call('SET', shut, reason)
end
redis.call('PUBLISH', room, 'x')
return {'done'}
