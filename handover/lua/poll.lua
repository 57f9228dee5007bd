-- keys: poll
-- args: holder milliseconds
-- One process at a time fetches what visitors write; it says so again before its time is over, and the next one waits.
local held = redis.call('GET', poll)
if held and held ~= holder then
  return {0}
end
redis.call('SET', poll, holder, 'PX', milliseconds)
return {1}
