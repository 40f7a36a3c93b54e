// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Compression of responses (HAProxy manual 9.2). Receives heads of requests and responses and the bodies of responses; hands
 * on what its client asked for by Accept-Encoding. Runs on the exchange's loop.
 */
@NullMarked
package io.tandem.node.content.compression;

import org.jspecify.annotations.NullMarked;
