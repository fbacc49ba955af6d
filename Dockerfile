# One image for every service; the command says which.
FROM node:20.20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc tsconfig.json tsconfig.build.json ./
COPY cli cli
COPY lib lib
COPY schemas schemas
COPY services services
COPY tools tools
# `npm ci` builds through the prepare script; what only development needs goes again.
RUN npm ci && npm prune --omit=dev --ignore-scripts

FROM node:20.20-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production ROLLGUARD_DATA_DIR=/var/lib/rollguard
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/schemas schemas
COPY --from=build /app/lib/warehouse/migrations lib/warehouse/migrations
COPY --from=build /app/services/control/page services/control/page
RUN mkdir -p /var/lib/rollguard && chown node:node /var/lib/rollguard
USER node
VOLUME /var/lib/rollguard
EXPOSE 8080 8081
ENTRYPOINT ["node", "/app/dist/cli/main.js"]
CMD ["start"]
