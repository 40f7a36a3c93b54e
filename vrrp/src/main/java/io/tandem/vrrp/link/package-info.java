// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
/**
 * Receives the cluster's members and its secret; hands on peers that appear, die, leave and hand over, to the virtual
 * routers. On the reactor's thread.
 */
@NullMarked
package io.tandem.vrrp.link;

import org.jspecify.annotations.NullMarked;
