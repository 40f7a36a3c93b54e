// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/** TLS of both sides against the installed haproxy, with certificates made by openssl. */
@NullMarked
package io.tandem.node.tls;

import org.jspecify.annotations.NullMarked;
