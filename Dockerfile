# One worker. Build: docker build -t throughline-worker .
FROM node:20.20.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Without scripts: `prepare` would build, and the sources are not here yet. No dependency needs a script of its own.
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
RUN npm run build && npm prune --omit=dev --ignore-scripts

FROM node:20.20.2-bookworm-slim
# The SDK's native part reads the system's certificates for TLS; the slim image has none.
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
# Exec form: a shell in between would keep SIGTERM from the worker, and its streams could not be handed over.
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["worker"]
