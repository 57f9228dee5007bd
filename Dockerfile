# Two images, one for each side: `docker build --target visitor .` and `docker build --target console .`
FROM node:22-slim AS softphone
WORKDIR /srv/fristad
COPY scripts/softphone scripts/softphone
COPY console/jssip.sha256 console/
RUN scripts/softphone/build

FROM python:3.11-slim AS base
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/fristad
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
RUN useradd --system --uid 10001 --no-create-home fristad
COPY pyproject.toml README.md LICENSE ./
COPY safety safety
COPY dialogues dialogues
COPY handover handover
COPY bot bot
COPY console console
COPY --from=softphone /srv/fristad/console/static/made console/static/made
COPY fristad fristad
RUN pip install --no-cache-dir --no-deps .
WORKDIR /var/lib/fristad
RUN chown fristad /var/lib/fristad
USER fristad

FROM base AS visitor
ENV FRISTAD_VISITOR_HOST=0.0.0.0
EXPOSE 8000
CMD ["fristad", "bot"]

FROM base AS console
ENV FRISTAD_STAFF_HOST=0.0.0.0 FRISTAD_DATA=/var/lib/fristad
VOLUME /var/lib/fristad
EXPOSE 8001
CMD ["fristad", "console"]
