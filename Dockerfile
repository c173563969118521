# Deskwatch in a container. It listens on the loopback address only, for it has no login of its own:
# deploy/README.md says how to run it (with the host's network, or beside an nginx that shares its
# network). There is no EXPOSE, because a published port does not reach a loopback address.
# Everything but /state and /tmp may be read-only.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.txt /build/requirements.txt
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install -r /build/requirements.txt

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 deskwatch \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /app deskwatch \
    && install -d -o 10001 -g 10001 /state
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
COPY *.py deskwatch.example.toml ./
COPY assets/ assets/
COPY components/ components/
COPY data_sources/ data_sources/
COPY demo/ demo/
COPY desk/ desk/
COPY ledger/ ledger/
COPY metrics/ metrics/
COPY pages/ pages/
COPY web/ web/
RUN ["/opt/venv/bin/python", "-m", "compileall", "-q", "/app"]

ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DESKWATCH_DESK__STATE_DIR=/state
USER 10001:10001
VOLUME /state
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 \
    CMD ["python", "-c", "import http.client as h; c = h.HTTPConnection('127.0.0.1', 8050, timeout=2); c.request('GET', '/healthz'); raise SystemExit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "app.py"]
CMD []
