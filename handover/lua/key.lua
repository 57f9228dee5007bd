-- keys: talk up
-- args: device number wrapped helper also
-- The key of an epoch for the device that has the talk now; a key once there is never replaced. The visitor's end may also
-- begin the next epoch by itself, when it has lost the key of this one. While somebody reads along (`helper` is that one's
-- device), a key comes for both devices or not at all.
local fields = redis.call('HMGET', talk, 'state', 'epoch', 'device', 'help_from', 'helper_device')
local state, current, given = fields[1], tonumber(fields[2] or 0), tonumber(number)
if not state then
  return {'gone'}
end
local function known(epoch)
  local kept = redis.call('HGET', talk, 'wrap' .. whole(epoch))
  return kept and kept ~= ''
end
local helped = wrapped ~= '' and fields[4] and given >= tonumber(fields[4]) and fields[5] or ''
local earlier = given < current and helper == '' -- shared with the holder's next device alone
if (helper ~= helped and not earlier) or (helper == '') ~= (also == '') then
  return {'stale'}
end
local fresh = given == current or (given == current + 1 and known(current))
if state ~= 'taken' or fields[3] ~= device or given < 1 or known(given) or not (fresh or given < current) then
  return {'stale'}
end
redis.call('HSET', talk, 'epoch', whole(math.max(given, current)), 'wrap' .. whole(given), wrapped)
if also ~= '' then
  redis.call('HSET', talk, 'also' .. whole(given), also)
end
if wrapped ~= '' and given >= current then
  redis.call('HDEL', talk, 'unmet')
end
redis.call('PUBLISH', up, 'k')
return {'done'}
