-- What several verbs need. Time is the engine's own, in microseconds: two joins in one millisecond keep their order.
local GRACE = 60000 -- milliseconds that `room` and `held` outlive their talks, for the sweep that tells staff

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function whole(number) -- Lua would write large numbers as 1.7e+15
  return string.format('%.0f', number)
end

local function check_move(from, to)
  if not MOVES[from][to] then
    error('a talk cannot go from ' .. from .. ' to ' .. to)
  end
end

-- A new key has no expiry yet, and GT alone would leave it without one.
local function outlive(key, deadline)
  local at = whole(deadline + GRACE)
  redis.call('PEXPIREAT', key, at, 'NX')
  redis.call('PEXPIREAT', key, at, 'GT')
end

-- Frees before it adds: an engine out of memory refuses a script whose first write needs room.
local function give_back(id, talk, room, held)
  local fields = redis.call('HMGET', talk, 'state', 'joined', 'holding')
  check_move(fields[1], 'waiting')
  redis.call('ZREM', held, fields[3])
  redis.call('HDEL', talk, 'staff', 'name', 'holding', 'device', 'muted')
  redis.call('HSET', talk, 'state', 'waiting')
  redis.call('ZADD', room, fields[2], id)
  outlive(room, redis.call('PEXPIRETIME', talk))
  redis.call('PUBLISH', talk, 'r')
  redis.call('PUBLISH', room, 'x')
end

local function lapsed(duty, staff)
  local lease = redis.call('ZSCORE', duty, staff)
  return not lease or tonumber(lease) <= now()
end
