-- Five figures that every reader of a publication must find alike: docs/bi/other_tools.md.
select
    (select count(*) from marts.dim_customer) as customers,
    (select count(*) from marts.fct_segment_membership where is_current) as memberships,
    (
        select cast(sum(snapshots.revenue_365d_eur) as decimal(18, 2))
        from marts.fct_segment_snapshot as snapshots
        inner join marts.meta_publication as publication on snapshots.as_of = publication.as_of
        where snapshots.scheme = 'rfm' and not snapshots.is_replayed
    ) as revenue_365d_eur,
    (select cast(sum(conversions) as bigint) from marts.fct_campaign_result) as conversions,
    (select run_id from marts.meta_publication) as run_id
