#!/usr/bin/env bash
# Verifies one certificate as a registration body: curl and OpenSSL 3, nothing else.
# Usage: ORIGIN=https://… CLIENT_ID=… KEY=client.pem curl-example.sh '{"purpose":…,"items":[…]}'
# The key: openssl genpkey -algorithm ed25519 -out client.pem; the bureau is given: openssl pkey -in client.pem -pubout
set -euo pipefail

target=/api/v1/verifications
base=$(mktemp)
trap 'rm -f "$base"' EXIT

digest="sha-256=:$(printf %s "$1" | openssl dgst -sha256 -binary | base64):"
order=${ORDER:-$(openssl rand -hex 16)} # the same for every repetition of one order
covered='("@method" "@target-uri" "content-digest" "idempotency-key")'
params="$covered;created=$(date +%s);nonce=\"$(openssl rand -hex 16)\";keyid=\"$CLIENT_ID\";alg=\"ed25519\""

printf '"@method": POST\n"@target-uri": %s\n"content-digest": %s\n"idempotency-key": %s\n"@signature-params": %s' \
  "$ORIGIN$target" "$digest" "$order" "$params" >"$base"
signature=$(openssl pkeyutl -sign -rawin -inkey "$KEY" -in "$base" | base64 | tr -d '\n')

curl --silent --show-error "${AT:-$ORIGIN}$target" \
  -H 'Content-Type: application/json' -H "Content-Digest: $digest" -H "Idempotency-Key: $order" \
  -H "Signature-Input: zc=$params" -H "Signature: zc=:$signature:" --data-binary "$1"
