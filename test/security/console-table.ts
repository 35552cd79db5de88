// Every address of the console for every visitor (ASVS 8.2.1–8.2.3, 8.3.1). A POST is an empty form, so
// 422 means access. `in` is a redirect to the sign-in page. The API and SCIM ignore cookies, so they refuse every
// visitor. /health is 503 because no worker runs.
const table = `
                                                                nobody employee it-admin admin super-admin
GET  /health                                                    503    503      503      503   503
GET  /ready                                                     200    200      200      200   200
GET  /vendor/:file                                              200    200      200      200   200
GET  /unsubscribe/:unsubscribing                                200    200      200      200   200
POST /unsubscribe/:unsubscribing                                200    200      200      200   200

GET  /sign-in                                                   200    303      303      303   303
GET  /sign-in/oidc                                              404    404      404      404   404
GET  /sign-in/oidc/callback                                     404    404      404      404   404
GET  /sign-in/oidc/logout                                       303    303      303      303   303
POST /sign-in/oidc/backchannel                                  404    404      404      404   404
POST /session                                                   422    422      422      422   422
GET  /invitation/:invitation                                    200    200      200      200   200
POST /invitation/:invitation                                    422    422      422      422   422

GET  /                                                          in     303      303      303   303
GET  /me                                                        in     200      200      200   200
POST /me/password                                               in     422      422      422   422
POST /me/sessions/:sessionKey/ending                            in     303      303      303   303
POST /me/sessions/ending                                        in     303      303      303   303
POST /me/mail                                                   in     303      303      303   303
POST /me/shortcuts                                              in     303      303      303   303
POST /mails/:mailId/replay                                      in     403      409      409   409
GET  /notifications                                             in     200      200      200   200
GET  /notifications/unread                                      in     200      200      200   200
GET  /live                                                      in     406      406      406   406
POST /notifications/reading                                     in     422      422      422   422

GET  /offboarding                                               in     403      200      200   200
GET  /offboarding/done                                          in     403      200      200   200
POST /offboarding/look-ahead                                    in     403      422      422   422
GET  /offboarding/reminders                                     in     403      200      200   200
POST /offboarding/reminders                                     in     403      422      422   422
GET  /offboarding/:userId                                       in     403      200      200   200
GET  /offboarding/:userId/answer                                in     403      200      200   200
GET  /offboarding/:userId/visitors                              in     403      200      200   200
GET  /offboarding/:userId/completion                            in     403      409      409   409
POST /offboarding/:userId/completion                            in     403      409      409   409
POST /offboarding/:leaverId/owner                               in     403      303      303   303
POST /offboarding/:userId/notes                                 in     403      422      422   422
POST /offboarding/:userId/notes/:noteId/removal                 in     403      303      303   303
POST /offboarding/:userId/waiting                               in     403      422      422   422
POST /offboarding/:userId/waiting/ending                        in     403      422      422   422
POST /offboarding/:userId/retry                                 in     403      303      303   303
POST /offboarding/:leaverId/cancellation                        in     403      403      303   303
GET  /offboarding/:userId/revocations                           in     403      200      200   200
POST /offboarding/:userId/revocations                           in     403      422      422   422
GET  /offboarding/:userId/rejections                            in     403      200      200   200
POST /offboarding/:userId/rejections                            in     403      422      422   422
GET  /bulk/:bulkId                                              in     403      200      200   200
POST /seats/:seatId/revocation                                  in     403      303      303   303
POST /seats/:seatId/revocation/undo                             in     403      303      303   303
POST /seats/:seatId/revocation/correction                       in     403      303      303   303
GET  /search                                                    in     403      200      200   200
GET  /search/suggestions                                        in     403      200      200   200
GET  /audit                                                     in     403      200      200   200
GET  /duplicates                                                in     403      403      200   200

GET  /assets                                                    in     403      200      200   200
GET  /assets/new                                                in     403      200      200   200
POST /assets                                                    in     403      422      422   422
GET  /assets/recovery                                           in     403      200      200   200
POST /assets/recovery                                           in     403      422      422   422
GET  /assets/:assetId                                           in     403      200      200   200
GET  /assets/:assetId/edit                                      in     403      200      200   200
POST /assets/:assetId                                           in     403      303      303   303
POST /assets/:assetId/assignment                                in     403      422      422   422
POST /assets/:assetId/assignment/undo                           in     403      422      422   422
POST /assets/:assetId/assignment/correction                     in     403      422      422   422
POST /assets/:assetId/recovery                                  in     403      422      422   422
POST /assets/:assetId/recovery/undo                             in     403      422      422   422
POST /assets/:assetId/recovery/correction                       in     403      409      409   409

GET  /licenses                                                  in     403      200      200   200
GET  /licenses/new                                              in     403      200      200   200
POST /licenses                                                  in     403      422      422   422
GET  /licenses/:licenseId                                       in     403      200      200   200
GET  /licenses/:licenseId/edit                                  in     403      200      200   200
POST /licenses/:licenseId                                       in     403      303      303   303
POST /licenses/:licenseId/seats                                 in     403      422      422   422

GET  /requests                                                  in     403      200      200   200
GET  /requests/new                                              in     403      200      200   200
POST /requests                                                  in     403      422      422   422
GET  /requests/:requestId                                       in     403      200      200   200
POST /requests/:requestId/approval                              in     403      303      303   303
POST /requests/:requestId/resolution                            in     403      422      422   422
POST /requests/:requestId/resolution/undo                       in     403      303      303   303
POST /requests/:requestId/resolution/correction                 in     403      303      303   303

GET  /imports                                                   in     403      200      200   200
GET  /imports/users/new                                         in     403      403      200   200
GET  /imports/users/example.csv                                 in     403      403      200   200
POST /imports/users                                             in     403      403      422   422
GET  /imports/assets/new                                        in     403      200      200   200
GET  /imports/assets/example.csv                                in     403      200      200   200
POST /imports/assets                                            in     403      422      422   422
GET  /imports/licenses/new                                      in     403      200      200   200
GET  /imports/licenses/example.csv                              in     403      200      200   200
POST /imports/licenses                                          in     403      422      422   422
GET  /imports/mappings                                          in     403      200      200   200
POST /imports/mappings/:mappingId/removal                       in     403      303      303   303
GET  /imports/:unmapped/columns                                 in     403      403      200   200
POST /imports/:unmapped/columns                                 in     403      403      422   422
GET  /imports/:importId/columns                                 in     403      303      303   303
POST /imports/:importId/columns                                 in     403      409      409   409
GET  /imports/:importOfPeople                                   in     403      403      200   200
GET  /imports/:importOfPeople/errors.csv                        in     403      403      200   200
POST /imports/:importOfPeople/start                             in     403      403      303   303
POST /imports/:importOfPeople/cancellation                      in     403      403      303   303
GET  /imports/:importId                                         in     403      200      200   200
GET  /imports/:importId/errors.csv                              in     403      200      200   200
POST /imports/:importId/start                                   in     403      303      303   303
POST /imports/:importId/cancellation                            in     403      303      303   303

GET  /users                                                     in     403      200      200   200
GET  /users/new                                                 in     403      403      200   200
GET  /users/suggestions                                         in     403      200      200   200
POST /users                                                     in     403      403      422   422
GET  /users/:userId                                             in     403      200      200   200
GET  /users/:userId/edit                                        in     403      403      200   200
POST /users/:userId                                             in     403      403      303   303
POST /users/:userId/end-date                                    in     403      403      303   303
POST /users/:userId/invitation                                  in     403      403      403   303
POST /users/:userId/sessions/ending                             in     403      403      403   303
GET  /users/:userId/erasure                                     in     403      403      403   409
POST /users/:userId/erasure                                     in     403      403      403   409
GET  /users/:userId/merge                                       in     403      403      200   200
POST /users/:userId/merge                                       in     403      403      422   422
POST /users/:userId/role                                        in     403      403      403   422
POST /users/:userId/account/unlinking                           in     403      403      403   422

GET  /settings/sign-in                                          in     403      403      403   200
POST /settings/sign-in/connection-test                          in     403      403      403   404
GET  /settings/sign-in/test                                     in     403      403      403   404
GET  /settings/sign-in/refusals                                 in     403      403      403   200
GET  /settings/sign-in/people                                   in     403      403      403   200
GET  /settings/tokens                                           in     403      403      403   200
GET  /settings/tokens/new                                       in     403      403      403   200
POST /settings/tokens                                           in     403      403      403   422
GET  /settings/tokens/:tokenId/edit                             in     403      403      403   200
POST /settings/tokens/:tokenId                                  in     403      403      403   422
POST /settings/tokens/:tokenId/continuation                     in     403      403      403   422
POST /settings/tokens/:tokenId/revocation                       in     403      403      403   303
GET  /settings/webhooks                                         in     403      403      403   200
GET  /settings/webhooks/new                                     in     403      403      403   200
POST /settings/webhooks                                         in     403      403      403   422
GET  /settings/webhooks/:endpointId/edit                        in     403      403      403   200
POST /settings/webhooks/:endpointId                             in     403      403      403   422
POST /settings/webhooks/:endpointId/test                        in     403      403      403   303
POST /settings/webhooks/:endpointId/secret                      in     403      403      403   303
GET  /settings/webhooks/:endpointId/deliveries                  in     403      403      403   200
POST /settings/webhooks/:endpointId/replay                      in     403      403      403   422
GET  /settings/webhooks/:endpointId/deliveries/:deliveryId      in     403      403      403   200
POST /settings/webhooks/:endpointId/deliveries/:deliveryId/try  in     403      403      403   409
POST /settings/webhooks/:endpointId/deliveries/:deliveryId/replay  in  403      403      403   303
POST /settings/webhooks/:endpointId/pause                       in     403      403      403   303
POST /settings/webhooks/:endpointId/resumption                  in     403      403      403   303
POST /settings/webhooks/:endpointId/removal                     in     403      403      403   303
GET  /settings/directory                                        in     403      403      403   200
POST /settings/directory/limit                                  in     403      403      403   422
POST /settings/directory/held/release                           in     403      403      403   422
POST /settings/directory/held/dismissal                         in     403      403      403   422
POST /settings/directory/questions/:questionId/person           in     403      403      403   422
POST /settings/directory/questions/:questionId/email            in     403      403      403   422
GET  /settings/workspace                                        in     403      403      403   200
POST /settings/workspace                                        in     403      403      403   422
POST /settings/workspace/imports                                in     403      403      403   422
POST /settings/workspace/token-limit                            in     403      403      403   422
POST /settings/workspace/erasure                                in     403      403      403   422
POST /settings/workspace/reminders                              in     403      403      403   422

GET  /api                                                       302    302      302      302   302
GET  /api/v1/openapi.json                                       200    200      200      200   200
GET  /api/v1/docs                                               200    200      200      200   200
GET  /api/v1/users                                              401    401      401      401   401
GET  /api/v1/users/:externalId                                  401    401      401      401   401
PUT  /api/v1/users/:externalId                                  401    401      401      401   401
PATCH /api/v1/users/:externalId                                 401    401      401      401   401
GET  /api/v1/offboardings                                       401    401      401      401   401
GET  /api/v1/offboardings/:id                                   401    401      401      401   401
POST /api/v1/users/:externalId/completion                       401    401      401      401   401
POST /api/v1/assets/:tag/assignment                             401    401      401      401   401
POST /api/v1/assets/:tag/recovery                               401    401      401      401   401
POST /api/v1/assets/:tag/recovery/correction                    401    401      401      401   401
POST /api/v1/users/:externalId/seats                            401    401      401      401   401
POST /api/v1/users/:externalId/requests                         401    401      401      401   401
POST /api/v1/imports/users                                      401    401      401      401   401
GET  /api/v1/imports/:importId                                  401    401      401      401   401
GET  /api/v1/imports/:importId/errors                           401    401      401      401   401

GET  /scim/v2/ServiceProviderConfig                             401    401      401      401   401
GET  /scim/v2/ResourceTypes                                     401    401      401      401   401
GET  /scim/v2/ResourceTypes/:id                                 401    401      401      401   401
GET  /scim/v2/Schemas                                           401    401      401      401   401
GET  /scim/v2/Schemas/:id                                       401    401      401      401   401
GET  /scim/v2/Users                                             401    401      401      401   401
POST /scim/v2/Users                                             401    401      401      401   401
POST /scim/v2/Users/.search                                     401    401      401      401   401
GET  /scim/v2/Users/:id                                         401    401      401      401   401
PUT  /scim/v2/Users/:id                                         401    401      401      401   401
PATCH /scim/v2/Users/:id                                        401    401      401      401   401
DELETE /scim/v2/Users/:id                                       401    401      401      401   401
GET  /scim/v2/Groups                                            401    401      401      401   401
POST /scim/v2/Groups                                            401    401      401      401   401
POST /scim/v2/Groups/.search                                    401    401      401      401   401
GET  /scim/v2/Groups/:id                                        401    401      401      401   401
PUT  /scim/v2/Groups/:id                                        401    401      401      401   401
PATCH /scim/v2/Groups/:id                                       401    401      401      401   401
DELETE /scim/v2/Groups/:id                                      401    401      401      401   401
POST /scim/v2/Bulk                                              401    401      401      401   401
POST /scim/v2/.search                                           401    401      401      401   401
GET  /scim/v2/Me                                                401    401      401      401   401
POST /scim/v2/Me                                                401    401      401      401   401
PUT  /scim/v2/Me                                                401    401      401      401   401
PATCH /scim/v2/Me                                               401    401      401      401   401
DELETE /scim/v2/Me                                              401    401      401      401   401

POST /session/end                                               303    303      303      303   303
`;

const [columns, ...lines] = table
  .trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/))
  .filter((cells) => cells.length > 1);

/** The visitors, in the order of the columns. */
export const visitors = columns!;

/** The responses of one address, by visitor. */
export interface Row {
  method: string;
  path: string;
  expected: string[];
}

export const rows: Row[] = lines.map(([method, path, ...expected]) => ({
  method: method!,
  path: path!,
  expected,
}));
