-- keys: count
-- args: names
-- All of a batch or nothing of it.
for name, number in pairs(cjson.decode(names)) do
  redis.call('HINCRBY', count, name, number)
end
redis.call('PEXPIRE', count, 604800000) -- 7 days without a console lose the figures, not the memory
return {'done'}
