-- What several verbs need. Time is the engine's own, in microseconds: two joins in one millisecond keep their order.
local PACE_LEAST = 5 -- talks before their mean is said to be a pace
local GRACE = 60000 -- milliseconds that `room` and `held` outlive their talks, for the sweep that tells staff

-- A question to a colleague and then to the visitor (ask.lua). Its number, `ask`, stays: a late answer must not be taken
-- for one to the next question.
local ASK = {'ask_kind', 'ask_to', 'ask_name', 'ask_why', 'ask_stage', 'ask_until'}
local OPEN = {colleague = true, visitor = true, agreed = true}

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function whole(number) -- Lua would write large numbers as 1.7e+15
  return string.format('%.0f', number)
end

-- When a claim was made, by the clock of the engine that took it: what tells it from every other claim of this talk.
local function claim_mark(holding)
  return tonumber(string.match(holding, '^%S+ (%d+) ') or 0)
end

local MOST_UNSURE = 20 -- messages of which a talk keeps that nobody knows whether they arrived; the latest of them

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

-- `full` has a mark for each talk that has to end before this person has room again. Either side takes marks away, only
-- staff set them; the first bears the lease and is counted, so it is the last to go.
local MARKS = 8 -- more than anybody may hold (handover.crew.MOST)

local function make_room(full, staff)
  for mark = 2, MARKS do
    if redis.call('ZREM', full, staff .. ' ' .. mark) == 1 then
      return
    end
  end
  redis.call('ZREM', full, staff .. ' 1')
end

-- Sets the marks anew from what is in hand: after a claim, and whenever the lease or the number of talks that this
-- person takes may have changed.
local function weigh(full, free, held, staff, capacity)
  for mark = 1, MARKS do
    redis.call('ZREM', full, staff .. ' ' .. mark)
  end
  local lease = redis.call('ZSCORE', free, staff)
  local most = redis.call('ZLEXCOUNT', held, '[' .. staff .. ' ', '(' .. staff .. '!') - capacity + 1
  for mark = 1, lease and math.min(most, MARKS) or 0 do
    redis.call('ZADD', full, mark == 1 and lease or 0, staff .. ' ' .. mark)
    outlive(full, math.floor(lease / 1000))
  end
end

-- How many talks this person takes; `usual` for a lease that says nothing of its own.
local function most_of(crew, staff, usual)
  return tonumber(string.match(redis.call('HGET', crew, staff) or '', '^%d+') or usual)
end

-- A talk about which colleagues are asked, or called for help, is found by its desk until `seconds` from `time`.
local function list_ask(asks, id, time, seconds)
  local ends = time + seconds * 1000000
  redis.call('ZREMRANGEBYSCORE', asks, '-inf', whole(time))
  redis.call('ZADD', asks, 'GT', whole(ends), id)
  outlive(asks, math.floor(ends / 1000))
end

-- Who reads along (help.lua) and what is kept for the two: gone in one go. The keys wrapped to the helper's device are of no
-- use any more.
local ASIDES = 50 -- lines that are kept (handover.help.ASIDES)
local HELP = {'helper', 'helper_name', 'helper_device', 'help_from', 'help_up', 'help_down', 'aside_seq'}

local function clear_help(talk)
  local fields = redis.call('HMGET', talk, 'help_from', 'epoch')
  if not fields[1] then
    return
  end
  for epoch = tonumber(fields[1]), tonumber(fields[2]) do
    redis.call('HDEL', talk, 'also' .. whole(epoch))
  end
  for slot = 0, ASIDES - 1 do
    redis.call('HDEL', talk, 'aside' .. slot)
  end
  redis.call('HDEL', talk, unpack(HELP))
end

-- While the talk goes on in the same hands: in the same step an epoch begins whose key the holder's device alone is given.
local function end_help(talk, room)
  clear_help(talk)
  redis.call('HSET', talk, 'epoch', whole(tonumber(redis.call('HGET', talk, 'epoch') or 0) + 1))
  redis.call('PUBLISH', talk, 'p')
  redis.call('PUBLISH', room, 'x')
end

-- Those in danger, and those whose staff member was lost, are found without reading everybody who waits (front.lua): each
-- has an entry beside the room's. `urgent` of the talk itself says so while it is in somebody's hands.
local function list_urgent(urgent, id, joined, deadline)
  redis.call('ZADD', urgent, joined, id)
  outlive(urgent, deadline)
end

local function leave_room(room, urgent, back, id)
  redis.call('ZREM', urgent, id)
  redis.call('HDEL', back, id)
  return redis.call('ZREM', room, id)
end

-- Frees before it adds: an engine out of memory refuses a script whose first write needs room.
-- `lost` is whose lease lapsed, empty when it was given back: who comes back soon is offered the talk first.
local function give_back(id, talk, room, held, full, urgent, back, lost)
  local fields = redis.call('HMGET', talk, 'state', 'joined', 'holding', 'staff', 'urgent')
  check_move(fields[1], 'waiting')
  redis.call('ZREM', held, fields[3])
  make_room(full, fields[4])
  clear_help(talk)
  redis.call('HDEL', talk, 'staff', 'name', 'holding', 'device', 'muted', 'unmet', unpack(ASK))
  redis.call('HSET', talk, 'state', 'waiting', 'lost', lost)
  local deadline = redis.call('PEXPIRETIME', talk)
  redis.call('ZADD', room, fields[2], id)
  outlive(room, deadline)
  if fields[5] then
    list_urgent(urgent, id, fields[2], deadline)
  end
  if lost ~= '' then
    redis.call('HSET', back, id, lost)
    outlive(back, deadline)
  end
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
local function outlook(duty, free, full, held, pace, shut)
  local after = '(' .. whole(now())
  local fields = redis.call('HMGET', pace, 'mean', 'talks')
  local known = tonumber(fields[2] or 0) >= PACE_LEAST
  return {redis.call('ZCOUNT', duty, after, '+inf'), redis.call('ZCOUNT', free, after, '+inf') - redis.call('ZCOUNT', full, after, '+inf'),
    redis.call('ZCARD', held), known and tonumber(fields[1]) or 0, redis.call('GET', shut) or ''}
end

local function lapsed(duty, staff)
  local lease = redis.call('ZSCORE', duty, staff)
  return not lease or tonumber(lease) <= now()
end

-- Whether this is one of the two between whom lines stand: who holds the talk, or who reads along and is there.
local function is_of_the_two(holder, helper, duty, staff)
  return helper and (holder == staff or helper == staff and not lapsed(duty, staff))
end
