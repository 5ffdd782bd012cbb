# One image for every role. Node runs the TypeScript sources as they are; only the dashboard is
# built, in a stage of its own, so that neither its packages nor its sources are in the image. Which
# role runs is the command.

FROM node:26.10.0-slim AS dashboard
WORKDIR /app
COPY package.json package-lock.json tsconfig.json ./
COPY webapp ./webapp
RUN npm ci --workspace webapp --no-audit --no-fund && npm run build --workspace webapp

FROM node:26.10.0-slim

ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app

# The packages change seldom and the sources often, so they are two layers. The Node binary that
# package.json lists for development stays out: the image brings its own.
COPY package.json package-lock.json ./
COPY --from=dashboard /app/webapp/package.json ./webapp/
RUN npm ci --omit=dev --workspaces=false --no-audit --no-fund && npm cache clean --force

COPY bin ./bin
COPY src ./src
COPY scripts/make-secrets.ts ./scripts/
COPY --from=dashboard /app/webapp/dist ./webapp/dist

# A fresh named volume takes its owner from the folder it covers, so both exist before they are
# mounted, and the process needs no rights of root.
RUN install -d -o node -g node -m 0700 /data /secrets
USER node
VOLUME ["/data"]

STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "bin/energyguard.ts"]
