# The published package and nothing else, as a user without rights.
FROM node:24-slim AS package
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-fund --no-audit
COPY tsconfig.json .bundle.mjs ./
COPY src src
COPY openapi openapi
COPY fixtures fixtures
COPY scenarios scenarios
COPY CHANGELOG.md LICENSE README.md ./
RUN npm pack --silent && mv hookproof-*.tgz /hookproof.tgz
# What it depends on, as the lock file has it.
RUN npm prune --omit=dev --ignore-scripts --no-fund --no-audit

FROM node:24-slim
ENV NODE_ENV=production \
    HOOKPROOF_HOST=0.0.0.0 \
    HOOKPROOF_DB=/data/db.json
WORKDIR /app
COPY --from=package /src/node_modules node_modules
COPY --from=package /hookproof.tgz /tmp/
RUN tar -xzf /tmp/hookproof.tgz --strip-components=1 && rm /tmp/hookproof.tgz \
    && ln -s /app/dist/cli/main.js /usr/local/bin/hookproof \
    && mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 4010
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
    CMD hookproof wait --server "http://127.0.0.1:${HOOKPROOF_PORT:-4010}" --timeout 2s
ENTRYPOINT ["hookproof"]
CMD ["start"]
