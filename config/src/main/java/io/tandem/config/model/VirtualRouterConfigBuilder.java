// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.config.model;

import io.tandem.config.model.VirtualRouterConfig.Admission;
import io.tandem.config.model.VirtualRouterConfig.Announce;
import io.tandem.config.model.VirtualRouterConfig.Tracks;
import io.tandem.config.model.VirtualRouterConfig.Tuning;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts a {@link VirtualRouterConfig} together, starting from keepalived's defaults. Checks nothing: the parsers do. */
public final class VirtualRouterConfigBuilder {
    private final String name;
    private final String interfaceName;
    private final int vrid;
    private int version = 2;
    private AddressFamily family = AddressFamily.INET;
    private boolean startAsMaster;
    private int priority = 100;
    private Duration advertInterval = Duration.ofSeconds(1);
    private @Nullable String password;
    private List<VirtualAddress> addresses = List.of();
    private List<VirtualAddress> excludedAddresses = List.of();
    private List<VirtualRoute> routes = List.of();
    private List<VirtualRule> rules = List.of();
    private @Nullable OwnInterface ownInterface;
    private boolean preempt = true;
    private Duration preemptDelay = Duration.ZERO;
    private @Nullable InetAddress unicastSource;
    private List<InetAddress> unicastPeers = List.of();
    private @Nullable InetAddress multicastGroup;
    private boolean rfcChecksum;
    private Tuning tuning = Tuning.DEFAULT;
    private Admission admission = Admission.PLAIN;
    private @Nullable String syncGroup;
    private Announce announce = Announce.DEFAULT;
    private Tracks tracks = Tracks.NONE;
    private Notify scripts = Notify.NONE;

    public VirtualRouterConfigBuilder(String name, String interfaceName, int vrid) {
        this.name = name;
        this.interfaceName = interfaceName;
        this.vrid = vrid;
    }

    public VirtualRouterConfigBuilder version(int value) {
        this.version = value;
        return this;
    }

    public VirtualRouterConfigBuilder family(AddressFamily value) {
        this.family = value;
        return this;
    }

    public VirtualRouterConfigBuilder startAsMaster(boolean value) {
        this.startAsMaster = value;
        return this;
    }

    public VirtualRouterConfigBuilder priority(int value) {
        this.priority = value;
        return this;
    }

    public VirtualRouterConfigBuilder advertInterval(Duration value) {
        this.advertInterval = value;
        return this;
    }

    public VirtualRouterConfigBuilder password(@Nullable String value) {
        this.password = value;
        return this;
    }

    public VirtualRouterConfigBuilder addresses(List<VirtualAddress> value) {
        this.addresses = value;
        return this;
    }

    public VirtualRouterConfigBuilder excludedAddresses(List<VirtualAddress> value) {
        this.excludedAddresses = value;
        return this;
    }

    public VirtualRouterConfigBuilder routes(List<VirtualRoute> value) {
        this.routes = value;
        return this;
    }

    public VirtualRouterConfigBuilder rules(List<VirtualRule> value) {
        this.rules = value;
        return this;
    }

    public VirtualRouterConfigBuilder ownInterface(@Nullable OwnInterface value) {
        this.ownInterface = value;
        return this;
    }

    public VirtualRouterConfigBuilder preempt(boolean value) {
        this.preempt = value;
        return this;
    }

    public VirtualRouterConfigBuilder preemptDelay(Duration value) {
        this.preemptDelay = value;
        return this;
    }

    public VirtualRouterConfigBuilder unicastSource(@Nullable InetAddress value) {
        this.unicastSource = value;
        return this;
    }

    public VirtualRouterConfigBuilder unicastPeers(List<InetAddress> value) {
        this.unicastPeers = value;
        return this;
    }

    public VirtualRouterConfigBuilder multicastGroup(@Nullable InetAddress value) {
        this.multicastGroup = value;
        return this;
    }

    public VirtualRouterConfigBuilder rfcChecksum(boolean value) {
        this.rfcChecksum = value;
        return this;
    }

    public VirtualRouterConfigBuilder tuning(Tuning value) {
        this.tuning = value;
        return this;
    }

    public VirtualRouterConfigBuilder admission(Admission value) {
        this.admission = value;
        return this;
    }

    public VirtualRouterConfigBuilder syncGroup(@Nullable String value) {
        this.syncGroup = value;
        return this;
    }

    public VirtualRouterConfigBuilder announce(Announce value) {
        this.announce = value;
        return this;
    }

    public VirtualRouterConfigBuilder tracks(Tracks value) {
        this.tracks = value;
        return this;
    }

    public VirtualRouterConfigBuilder scripts(Notify value) {
        this.scripts = value;
        return this;
    }

    public VirtualRouterConfig build() {
        return new VirtualRouterConfig(
                name,
                interfaceName,
                vrid,
                version,
                family,
                startAsMaster,
                priority,
                advertInterval,
                password,
                addresses,
                excludedAddresses,
                routes,
                rules,
                ownInterface,
                preempt,
                preemptDelay,
                unicastSource,
                unicastPeers,
                multicastGroup,
                rfcChecksum,
                tuning,
                admission,
                syncGroup,
                announce,
                tracks,
                scripts);
    }
}
