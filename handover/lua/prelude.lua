-- What several verbs need. Time is the engine's own, in microseconds: two joins in one millisecond keep their order.
local PACE_LEAST = 5 -- talks before their mean is said to be a pace
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

-- How long a talk lasted moves one mean per desk by an eighth, in whole minutes: so no single talk shows in it more exactly
-- than to eight minutes, not even the first. It begins at twenty, keeps what is odd between a minute and two hours, and
-- goes twelve hours after the last talk: yesterday's pace says nothing about tonight.
local function keep_pace(pace, holding)
  local claimed = tonumber(string.match(holding, '^%S+ (%d+) ') or '')
  if not claimed then
    return
  end
  local took = math.max(60, math.min(7200, (now() - claimed) / 1000000))
  local fields = redis.call('HMGET', pace, 'mean', 'talks')
  local mean, talks = tonumber(fields[1] or 1200), math.min(8, tonumber(fields[2] or 0) + 1)
  mean = mean + (took - mean) / 8
  redis.call('HSET', pace, 'mean', whole(math.floor(mean / 60 + 0.5) * 60), 'talks', whole(talks))
  redis.call('PEXPIRE', pace, 43200000)
end

-- What who waits may be told of the desk (handover.outlook.Outlook).
local function outlook(duty, free, held, pace, shut)
  local after = '(' .. whole(now())
  local fields = redis.call('HMGET', pace, 'mean', 'talks')
  local known = tonumber(fields[2] or 0) >= PACE_LEAST
  return {redis.call('ZCOUNT', duty, after, '+inf'), redis.call('ZCOUNT', free, after, '+inf'),
    redis.call('ZCARD', held), known and tonumber(fields[1]) or 0, redis.call('GET', shut) or ''}
end

local function lapsed(duty, staff)
  local lease = redis.call('ZSCORE', duty, staff)
  return not lease or tonumber(lease) <= now()
end
