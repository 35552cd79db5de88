/** A key for localhost and a certificate that nobody has signed but itself. For tests only. */
export const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgAJyUettC1+FoqNjq
BTuWNq34jT1jFhTPNx7gyujopVihRANCAASLmxbK5wy3jbpRWrgrqTDb5K5hQ3v4
sRfrkOFqclU42lnZuBGU4pchYAYIxP0ek7f2IV3h/QpkoMHxP41ypdqU
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUXLN2kmWEXa+GBBtCQTTv3Eguwx8wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyNDA2MjIzNloYDzIxMjYxMDMx
MDYyMjM2WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASLmxbK5wy3jbpRWrgrqTDb5K5hQ3v4sRfrkOFqclU42lnZuBGU4pch
YAYIxP0ek7f2IV3h/QpkoMHxP41ypdqUo28wbTAdBgNVHQ4EFgQU1qm2hb/7rgwf
f2iMNA1zYnnQfDEwHwYDVR0jBBgwFoAU1qm2hb/7rgwff2iMNA1zYnnQfDEwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgG86tbdOjC5dA3+cw4J50ifluJ6LQEYtme0aMWAOkhvwCIAQE
/oj0yWYzthXxWblzvcy4hER8KcsPu8WxdUNkhSWA
-----END CERTIFICATE-----
`,
};
