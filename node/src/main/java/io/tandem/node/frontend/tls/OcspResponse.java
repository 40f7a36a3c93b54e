// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.frontend.tls;

/**
 * What an authority says about one of its certificates (RFC 6960), to be stapled to handshakes.
 *
 * @param der as it was received
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, never compared
record OcspResponse(byte[] der) {}
