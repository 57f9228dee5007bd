-- keys: duty held crew
-- args:
-- Four commands, however many there are: each open desk asks for it.
local time, leases, holds = now(), {}, {}
local ends = redis.call('ZRANGE', duty, 0, -1, 'WITHSCORES')
for index = 1, #ends, 2 do
  leases[ends[index]] = tonumber(ends[index + 1])
end
for _, holding in ipairs(redis.call('ZRANGE', held, 0, -1)) do
  local staff = string.match(holding, '^[^ ]+')
  if staff then
    holds[staff] = (holds[staff] or 0) + 1
  end
end
local rows, there = redis.call('HGETALL', crew), {}
for index = 1, #rows, 2 do
  local staff = rows[index]
  if leases[staff] and leases[staff] > time then
    table.insert(there, {staff, rows[index + 1], holds[staff] or 0})
  end
end
return there
