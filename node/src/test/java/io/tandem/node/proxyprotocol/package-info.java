// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/** Tests of the headers that proxies put in front of connections. */
@NullMarked
package io.tandem.node.proxyprotocol;

import org.jspecify.annotations.NullMarked;
