# Images, one for each process: `docker build --target visitor .`, and likewise `console`, `phone` and `telegram`. Each
# holds nothing but Debian's Python with its libraries, the packages that the process needs (deploy/image/*.txt, in the
# versions of requirements.lock), and our code for it: no shell, no package manager, and none of the other side's code.
# It runs as a user of its own, writes nowhere but where something is mounted, and is asked how it is by `fristad health`.
# scripts/try_images.py does every step of this file in a clean Debian, without Docker; tests/deploy/ looks at what came.

FROM debian:bookworm-slim AS softphone
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates nodejs npm \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/fristad
COPY scripts/softphone scripts/softphone
COPY console/jssip.sha256 console/
RUN scripts/softphone/build

FROM debian:bookworm-slim AS python
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates libstdc++6 media-types python3 python3-pip \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/fristad
COPY deploy/image/lay deploy/image/debian.txt ./
# Nothing can be written where it runs, so what Python would keep of each module is made here, and in the steps below.
RUN ./lay debian.txt /image \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /image/usr/lib/python3.11

# The visitor's packages; the console's and Telegram's on top of them.
FROM python AS packages
COPY requirements.lock deploy/image/select deploy/image/visitor.txt deploy/image/console.txt deploy/image/telegram.txt ./
RUN for side in visitor console telegram; do \
        ./select "$side.txt" requirements.lock > wanted.lock \
        && pip install --no-cache-dir --no-compile --no-deps --require-hashes --target "/packages/$side" -r wanted.lock \
        && rm -rf "/packages/$side/bin" || exit; \
    done \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /packages

# Our code: the visitor's side, and the console's on top of it. The front door knows both sides' settings; its commands
# for accounts and texts are the console's.
FROM python AS code
WORKDIR /code
COPY safety visitor/safety
COPY dialogues visitor/dialogues
COPY handover visitor/handover
COPY bot visitor/bot
COPY fristad visitor/fristad
COPY LICENSE visitor/
COPY console console/console
COPY --from=softphone /srv/fristad/console/static/made console/console/static/made
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /code \
    && mkdir /empty

FROM scratch AS visitor
COPY --from=python /image /
COPY --from=packages /packages/visitor /opt/fristad
COPY --from=code /code/visitor /opt/fristad
ENV PYTHONPATH=/opt/fristad PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8 \
    FRISTAD_VISITOR_HOST=0.0.0.0 FRISTAD_METRICS_PORT=9100
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/usr/bin/python3", "-m", "fristad", "health"]
ENTRYPOINT ["/usr/bin/python3", "-m", "fristad"]
CMD ["bot"]

FROM scratch AS phone
COPY --from=python /image /
COPY --from=packages /packages/visitor /opt/fristad
COPY --from=code /code/visitor /opt/fristad
ENV PYTHONPATH=/opt/fristad PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8 \
    FRISTAD_PHONE_FOLDER=/run/fristad-phone FRISTAD_PHONE_MODULES=/usr/lib/asterisk-modules FRISTAD_METRICS_PORT=9102
# The user of the telephone engine, too (phone-engine.Containerfile): the engine's files are for nobody else.
USER 10002:10002
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/usr/bin/python3", "-m", "fristad", "health"]
ENTRYPOINT ["/usr/bin/python3", "-m", "fristad"]
CMD ["phone"]

FROM scratch AS telegram
COPY --from=python /image /
COPY --from=packages /packages/visitor /opt/fristad
COPY --from=packages /packages/telegram /opt/fristad
COPY --from=code /code/visitor /opt/fristad
ENV PYTHONPATH=/opt/fristad PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8 FRISTAD_METRICS_PORT=9103
USER 10008:10008
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/usr/bin/python3", "-m", "fristad", "health"]
ENTRYPOINT ["/usr/bin/python3", "-m", "fristad"]
CMD ["telegram"]

FROM scratch AS console
COPY --from=python /image /
COPY --from=packages /packages/visitor /opt/fristad
COPY --from=packages /packages/console /opt/fristad
COPY --from=code /code/visitor /opt/fristad
COPY --from=code /code/console /opt/fristad
COPY --from=code --chown=10003:10003 /empty /var/lib/fristad
ENV PYTHONPATH=/opt/fristad PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8 \
    FRISTAD_STAFF_HOST=0.0.0.0 FRISTAD_DATA=/var/lib/fristad FRISTAD_METRICS_PORT=9101
VOLUME /var/lib/fristad
USER 10003:10003
EXPOSE 8001
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/usr/bin/python3", "-m", "fristad", "health"]
ENTRYPOINT ["/usr/bin/python3", "-m", "fristad"]
CMD ["console"]
