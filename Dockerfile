# One image for every role. Node runs the TypeScript sources as they are, so there is no build
# step: only the packages that production needs, then the sources. Which role runs is the command.

FROM node:26.10.0-slim

ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app

# The packages change seldom and the sources often, so they are two layers. The Node binary that
# package.json lists for development stays out: the image brings its own.
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force

COPY bin ./bin
COPY src ./src
COPY scripts/make-secrets.ts ./scripts/

# A fresh named volume takes its owner from the folder it covers, so both exist before they are
# mounted, and the process needs no rights of root.
RUN install -d -o node -g node -m 0700 /data /secrets
USER node
VOLUME ["/data"]

STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "bin/energyguard.ts"]
