-- keys: count added
-- args: names name
-- All of a batch or nothing of it, and one with a name once: its answer may have been lost.
if name ~= '' then
  if redis.call('LPOS', added, name) then
    return {'done'}
  end
  redis.call('LPUSH', added, name)
  redis.call('LTRIM', added, 0, 255)
  redis.call('PEXPIRE', added, 86400000)
end
for counter, number in pairs(cjson.decode(names)) do
  redis.call('HINCRBY', count, counter, number)
end
redis.call('PEXPIRE', count, 604800000) -- 7 days without a console lose the figures, not the memory
return {'done'}
