// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/** TBD. */
@NullMarked
package io.tandem.vrrp;

import org.jspecify.annotations.NullMarked;
