"""The names that a Rasa assistant and our actions agree on: actions, slots, intents. Closed sets."""

from enum import StrEnum


class ActionName(StrEnum):
    ANSWER = "action_fristad_answer"
    DIRECTORY = "action_fristad_directory"
    DANGER = "action_fristad_danger"
    HANDOVER = "action_fristad_handover"


class Slot(StrEnum):
    """What an assistant knows of its visitor. A value outside the slot's closed set counts as not said."""

    TOPIC = "topic"
    AUDIENCE = "audience"
    AGE = "age"  # an age band, or years
    COUNTY = "county"
    LANGUAGE = "language"
    DANGER = "danger"


class Intent(StrEnum):
    """Intents besides one per topic."""

    TOPICS = "fristad_topics"  # all topics, please
    SERVICES = "fristad_services"  # others who can answer
    PERSON = "fristad_person"  # a person on duty, please
    DANGER = "fristad_danger"  # I am in danger now
    OFF_TOPIC = "fristad_off_topic"  # nothing that a topic answers


def topic_intent(topic: str) -> str:
    """The intent of a topic: `fristad_forced_marriage` for forced-marriage."""
    return "fristad_" + topic.replace("-", "_")


def topic_response(topic: str) -> str:
    """The response that holds a topic's text, for an assistant that runs without our actions."""
    return "utter_" + topic_intent(topic)
