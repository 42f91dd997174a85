# One image for every process of SyncBuy; docker-compose.yml says which command each of them is.
# The Python that the tests run on.
ARG PYTHON=3.11-slim-bookworm

FROM python:${PYTHON} AS libraries
# runtime, or kafka for the export of events (it holds runtime too).
ARG LOCK=runtime
COPY requirements/runtime.lock requirements/kafka.lock /requirements/
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
    --no-deps --only-binary=:all: --require-hashes -r "/requirements/${LOCK}.lock"

FROM python:${PYTHON}
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin syncbuy \
 && install --directory --owner syncbuy --group syncbuy --mode 0700 /data
COPY --from=libraries /venv /venv
WORKDIR /app
# The code belongs to root: whoever breaks into a process cannot change what the next one runs.
COPY LICENSE ./
COPY alembic alembic
COPY core core
COPY bot bot
COPY webhooks webhooks
COPY api api
COPY workers workers
COPY admin admin
COPY sandbox sandbox
RUN /venv/bin/python -m compileall -q core bot webhooks api workers admin sandbox alembic
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data LOG_JSON=true
USER syncbuy
VOLUME /data
STOPSIGNAL SIGTERM
CMD ["python", "-m", "admin", "run"]
