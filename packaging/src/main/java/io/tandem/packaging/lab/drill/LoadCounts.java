// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.packaging.lab.drill;

/**
 * What became of the load's requests.
 *
 * @param ok answered with status 200
 * @param failed all others
 * @param cut of the failed ones, those on connections that were open when the fault came: they were cut in flight
 */
record LoadCounts(long ok, long failed, long cut) {
    static final LoadCounts NONE = new LoadCounts(0, 0, 0);

    LoadCounts plus(LoadCounts other) {
        return new LoadCounts(ok + other.ok, failed + other.failed, cut + other.cut);
    }
}
