# Kepil as an image: official Node, the packages that serving needs, the sources as they are (Node runs TypeScript).
#
#   docker build -t kepil .
#   docker run -v ./my-config:/etc/kepil:ro -v kepil-data:/var/lib/kepil kepil
#
# The configuration is /etc/kepil/kepil.yaml. In it: `listen: { host: 0.0.0.0, port: 9300 }`, since loopback in a container
# is nobody else's, and `journal: { path: /var/lib/kepil/kepil.sqlite }`.

FROM node:26-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Optional packages are Node itself, which this image has.
RUN npm ci --omit=dev --omit=optional

FROM node:26-slim
# What Node makes of the sources goes to the volume: from the second start on it begins sooner and takes less memory.
ENV NODE_ENV=production KEPIL_CONFIG=/etc/kepil/kepil.yaml NODE_COMPILE_CACHE=/var/lib/kepil/compiled
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json LICENSE ./
COPY config ./config
COPY src ./src
RUN printf '#!/bin/sh\nexec node /app/src/launch.js "$@"\n' > /usr/local/bin/kepil \
  && chmod 755 /usr/local/bin/kepil \
  && install -d -o node -g node -m 700 /var/lib/kepil
USER node
VOLUME /var/lib/kepil
EXPOSE 9300
# Alive is not ready: a journal that takes no facts is told by /health/ready, and a restart would not mend it.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9300/health/live').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["kepil"]
CMD ["serve"]
