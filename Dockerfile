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
RUN ./lay debian.txt /image

FROM python AS visitor-packages
COPY requirements.lock deploy/image/select deploy/image/visitor.txt ./
RUN ./select visitor.txt requirements.lock > wanted.lock \
    && pip install --no-cache-dir --no-deps --require-hashes --target /image/opt/fristad -r wanted.lock \
    && rm -rf /image/opt/fristad/bin

FROM visitor-packages AS visitor-files
COPY safety /image/opt/fristad/safety
COPY dialogues /image/opt/fristad/dialogues
COPY handover /image/opt/fristad/handover
COPY bot /image/opt/fristad/bot
COPY fristad /image/opt/fristad/fristad
COPY LICENSE /image/opt/fristad/
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /image/opt/fristad

FROM visitor-files AS telegram-files
COPY requirements.lock deploy/image/select deploy/image/telegram.txt ./
RUN ./select telegram.txt requirements.lock > wanted.lock \
    && if [ -s wanted.lock ]; then \
        pip install --no-cache-dir --no-deps --require-hashes --target /image/opt/fristad -r wanted.lock; \
    fi \
    && rm -rf /image/opt/fristad/bin \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /image/opt/fristad

FROM python AS console-packages
COPY requirements.lock deploy/image/select deploy/image/console.txt ./
RUN ./select console.txt requirements.lock > wanted.lock \
    && pip install --no-cache-dir --no-deps --require-hashes --target /image/opt/fristad -r wanted.lock \
    && rm -rf /image/opt/fristad/bin

FROM console-packages AS console-files
COPY safety /image/opt/fristad/safety
COPY dialogues /image/opt/fristad/dialogues
COPY handover /image/opt/fristad/handover
# The front door knows both sides' settings; its commands for accounts and texts are the console's.
COPY bot /image/opt/fristad/bot
COPY console /image/opt/fristad/console
COPY --from=softphone /srv/fristad/console/static/made /image/opt/fristad/console/static/made
COPY fristad /image/opt/fristad/fristad
COPY LICENSE /image/opt/fristad/
RUN python3 -m compileall -q --invalidation-mode unchecked-hash /image/opt/fristad \
    && mkdir -p /empty

FROM scratch AS visitor
COPY --from=visitor-files /image /
ENV PYTHONPATH=/opt/fristad PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8 \
    FRISTAD_VISITOR_HOST=0.0.0.0 FRISTAD_METRICS_PORT=9100
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/usr/bin/python3", "-m", "fristad", "health"]
ENTRYPOINT ["/usr/bin/python3", "-m", "fristad"]
CMD ["bot"]

FROM scratch AS phone
COPY --from=visitor-files /image /
ENV PYTHONPATH=/opt/fristad PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8 \
    FRISTAD_PHONE_FOLDER=/run/fristad-phone FRISTAD_PHONE_MODULES=/usr/lib/asterisk-modules FRISTAD_METRICS_PORT=9102
# The user of the telephone engine, too (phone-engine.Containerfile): the engine's files are for nobody else.
USER 10002:10002
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/usr/bin/python3", "-m", "fristad", "health"]
ENTRYPOINT ["/usr/bin/python3", "-m", "fristad"]
CMD ["phone"]

FROM scratch AS telegram
COPY --from=telegram-files /image /
ENV PYTHONPATH=/opt/fristad PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8 FRISTAD_METRICS_PORT=9103
USER 10008:10008
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/usr/bin/python3", "-m", "fristad", "health"]
ENTRYPOINT ["/usr/bin/python3", "-m", "fristad"]
CMD ["telegram"]

FROM scratch AS console
COPY --from=console-files /image /
COPY --from=console-files --chown=10003:10003 /empty /var/lib/fristad
ENV PYTHONPATH=/opt/fristad PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8 \
    FRISTAD_STAFF_HOST=0.0.0.0 FRISTAD_DATA=/var/lib/fristad FRISTAD_METRICS_PORT=9101
VOLUME /var/lib/fristad
USER 10003:10003
EXPOSE 8001
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s CMD ["/usr/bin/python3", "-m", "fristad", "health"]
ENTRYPOINT ["/usr/bin/python3", "-m", "fristad"]
CMD ["console"]
