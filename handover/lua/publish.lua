-- keys: edition
-- args: number digest document seconds
-- Of two consoles the slower one must not bring an older edition back.
if tonumber(number) < tonumber(redis.call('HGET', edition, 'number') or '0') then
  return {'older'}
end
redis.call('HSET', edition, 'number', number, 'digest', digest, 'document', document)
redis.call('PEXPIRE', edition, whole(seconds * 1000))
return {'published'}
