-- keys: duty crew
-- args:
local rows, there = redis.call('HGETALL', crew), {}
for index = 1, #rows, 2 do
  if not lapsed(duty, rows[index]) then
    table.insert(there, {rows[index], rows[index + 1]})
  end
end
return there
