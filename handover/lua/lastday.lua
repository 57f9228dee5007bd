-- keys: tide
-- args: hour came
-- Hours that are over for a day go; `since` stays as long as somebody asks at least once a day.
redis.call('HSETNX', tide, 'since', hour)
if tonumber(came) > 0 then
  redis.call('HINCRBY', tide, hour, came)
end
local total = 0
local fields = redis.call('HGETALL', tide)
for place = 1, #fields, 2 do
  local when = tonumber(fields[place])
  if when and when <= hour - 24 then
    redis.call('HDEL', tide, fields[place])
  elseif when then
    total = total + fields[place + 1]
  end
end
redis.call('PEXPIRE', tide, 86400000)
return {tonumber(redis.call('HGET', tide, 'since')) or tonumber(hour), total}
