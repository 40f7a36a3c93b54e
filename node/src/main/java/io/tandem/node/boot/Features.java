// Copyright The Tandem Authors
// SPDX-License-Identifier: Apache-2.0
package io.tandem.node.boot;

import io.tandem.node.backend.DispatchLines;
import io.tandem.node.backend.QueueLines;
import io.tandem.node.backend.RetryLines;
import io.tandem.node.backend.ServerLines;
import io.tandem.node.backend.SourceLines;
import io.tandem.node.backend.StateFileLines;
import io.tandem.node.backend.TcpKeepAliveLines;
import io.tandem.node.backend.TimeoutLines;
import io.tandem.node.backend.balance.Balancing;
import io.tandem.node.backend.check.CheckLines;
import io.tandem.node.backend.persist.CookieLines;
import io.tandem.node.backend.persist.RdpLines;
import io.tandem.node.backend.persist.StickLines;
import io.tandem.node.backend.pool.PoolLines;
import io.tandem.node.backend.tls.ServerTlsLines;
import io.tandem.node.content.FilterLines;
import io.tandem.node.content.cache.CacheLines;
import io.tandem.node.content.compression.CompressionLines;
import io.tandem.node.frontend.FrontendLines;
import io.tandem.node.frontend.http.HttpLines;
import io.tandem.node.frontend.http.h2.Http2Lines;
import io.tandem.node.frontend.listen.BindFeature;
import io.tandem.node.frontend.listen.LimitLines;
import io.tandem.node.frontend.tcp.TcpLines;
import io.tandem.node.frontend.tls.TlsFeature;
import io.tandem.node.loop.TuningLines;
import io.tandem.node.observe.admin.AdminFeature;
import io.tandem.node.observe.log.LogFeature;
import io.tandem.node.observe.metrics.MetricsFeature;
import io.tandem.node.observe.ring.RingFeature;
import io.tandem.node.observe.stats.StatsFeature;
import io.tandem.node.observe.syslog.LogForwardFeature;
import io.tandem.node.resolve.ResolversLines;
import io.tandem.node.rules.StickTables;
import io.tandem.node.rules.Userlists;
import io.tandem.node.rules.acl.Acls;
import io.tandem.node.rules.action.Captures;
import io.tandem.node.rules.action.ForwardedLines;
import io.tandem.node.rules.action.GlobalVariables;
import io.tandem.node.rules.action.HttpErrorLines;
import io.tandem.node.rules.action.IgnoredBytes;
import io.tandem.node.rules.action.LegacyRules;
import io.tandem.node.rules.action.RequestFeatures;
import io.tandem.node.rules.action.RuleFeature;
import io.tandem.node.rules.action.ServerRuleLines;
import io.tandem.node.rules.action.SwitchingFeature;
import io.tandem.node.setup.Feature;
import io.tandem.node.setup.ProxyBasics;
import java.util.List;

/** Every feature of the proxy, in the order in which they contribute. A new feature adds one line here. */
final class Features {
    static final List<Feature> ALL = List.of(
            new ProcessFeature(),
            new ProxyBasics(),
            new Userlists(),
            new StickTables(),
            new CacheLines(),
            new GlobalVariables(),
            new Acls(),
            new RuleFeature(),
            new RequestFeatures(),
            new HttpErrorLines(),
            new LegacyRules(),
            new Captures(),
            new SwitchingFeature(),
            new SourceLines(),
            new ResolversLines(),
            new ServerTlsLines(),
            new ServerLines(),
            new StateFileLines(),
            new Balancing(),
            new DispatchLines(),
            new TcpLines(),
            new PoolLines(),
            new QueueLines(),
            new CheckLines(),
            new CookieLines(),
            new StickLines(),
            new RdpLines(),
            new ServerRuleLines(),
            new BindFeature(),
            new LimitLines(),
            new TlsFeature(),
            new RingFeature(),
            new LogFeature(),
            new LogForwardFeature(),
            new TuningLines(),
            new TimeoutLines(),
            new RetryLines(),
            new TcpKeepAliveLines(),
            new FrontendLines(),
            new HttpLines(),
            new ForwardedLines(),
            new Http2Lines(),
            new CompressionLines(),
            new FilterLines(),
            new AdminFeature(),
            new StatsFeature(),
            new MetricsFeature(),
            new IgnoredBytes());

    private Features() {}
}
