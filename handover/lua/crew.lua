-- keys: duty held crew
-- args:
local rows, there = redis.call('HGETALL', crew), {}
for index = 1, #rows, 2 do
  if not lapsed(duty, rows[index]) then
    local held_now = redis.call('ZLEXCOUNT', held, '[' .. rows[index] .. ' ', '(' .. rows[index] .. '!')
    table.insert(there, {rows[index], rows[index + 1], held_now})
  end
end
return there
